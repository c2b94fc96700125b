#include "base/form.h"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(Form, EncodesAsRfc3986) {
  EXPECT_EQ(percent_encode("a b/c~d+ü"), "a%20b%2Fc~d%2B%C3%BC");
  EXPECT_EQ(percent_encode_path("/a b/c"), "/a%20b/c");
}

TEST(Form, KeepsOrderAndRepeatedNames) {
  Form form;
  form.add("b", "2");
  form.add("a", "1 &=");
  form.add("b", "3");
  EXPECT_EQ(form.encode(), "b=2&a=1%20%26%3D&b=3");
  EXPECT_EQ(form.get("b"), "2");
  EXPECT_EQ(form.get("missing", "none"), "none");
}

TEST(Form, ParsesWhatItWroteAndWhatBrowsersWrite) {
  const auto form = Form::parse("a=1+2&b=%2F&&c&d=");
  ASSERT_TRUE(form);
  EXPECT_EQ(form->get("a"), "1 2");
  EXPECT_EQ(form->get("b"), "/");
  ASSERT_NE(form->find("c"), nullptr);
  EXPECT_EQ(form->get("d"), "");
}

TEST(Form, RefusesABrokenEscape) {
  EXPECT_FALSE(Form::parse("a=%2"));
  EXPECT_FALSE(Form::parse("a=%zz"));
  EXPECT_EQ(percent_decode_form("%41"), "A");
}

}  // namespace
}  // namespace base
