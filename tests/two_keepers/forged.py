"""Histories that no keeper may make, and the check that must see each of them."""

import json

from history import Machine, Record, Watcher

AT = "2026-03-01T12:05:00Z"


def machine(name):
    return Machine({"id": name, "state_reason": "",
                    "tags": {"spotkeeper:group": "web", "spotkeeper:launch": "k.1"},
                    "history": [{"state": "pending", "at": "2026-03-01T12:00:00Z"}]})


def record(revision, holder, retiring=(), launches=()):
    return Record({"at": AT, "body": json.dumps({
        "group": "web", "revision": revision, "counter": 3, "incarnation": "k", "writer": "k",
        "holders": [{"slot": "web-a", "instance": holder, "n": 1}],
        "retiring": [{"instance": one} for one in retiring],
        "open": [{"n": one, "slots": ["web-a"]} for one in launches]})})


def history(*records):
    """Three machines live; the third is registered and stands nowhere."""
    watcher = Watcher.__new__(Watcher)
    watcher.machines = {name: machine(name) for name in ("i-1", "i-2", "i-3")}
    watcher.registered, watcher.records = {"i-3"}, {"web": list(records)}
    return watcher


def unseen():
    """The checks that let a forged history pass."""
    fine = history(record(1, "i-1", launches=[1]), record(2, "i-2", retiring=["i-1"]))
    forgotten = history(record(1, "i-1", launches=[1]), record(2, "i-2"))
    checks = {
        "two in a slot": forgotten.two_in_a_slot(),
        "a slot without a launch": history(record(1, "i-1"),
                                           record(2, "i-2")).holders_without_a_launch(),
        "a lost write": history(record(1, "i-1"), record(3, "i-1")).breaks_of_order(),
        "a number used again": history(record(1, "i-1"),
                                       record(2, "i-1", launches=[3])).breaks_of_order(),
        "two places": history(record(1, "i-1", retiring=["i-1"])).one_in_two_slots(),
        "registered": forgotten.registered_uncommitted(),
        "not whole": forgotten.missing({"web": 1}),
        "surplus": forgotten.surplus(),
    }
    yield from (name for name, found in checks.items() if not list(found))
    yield from fine.two_in_a_slot()
    yield from fine.holders_without_a_launch()
    yield from fine.breaks_of_order()
    yield from fine.one_in_two_slots()
