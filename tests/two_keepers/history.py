"""What really happened: every version of the ledger, and every machine, as the region tells them.

Nothing is asked of the keepers. Times are the region's, in milliseconds.
"""

import datetime
import json
import threading
import traceback

# Well within the thousand writes that the region remembers.
LOOK_EVERY_SECONDS = 0.1


def millis(text):
    return round(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


class Machine:
    def __init__(self, seen):
        self.id, self.tags = seen["id"], seen["tags"]
        self.group, self.launch = self.tags["spotkeeper:group"], self.tags["spotkeeper:launch"]
        self.launched = millis(seen["history"][0]["at"])
        ended = [one for one in seen["history"] if one["state"] in ("shutting-down", "terminated")]
        self.ended = millis(ended[0]["at"]) if ended else None
        # Not by us: reclaimed, or failed to boot.
        self.was_taken = bool(ended) and "User" not in seen["state_reason"]
        self.interruption = seen.get("reclaim", {}).get("kind")

    def lives_at(self, at):
        return self.launched <= at and (self.ended is None or at < self.ended)

    def lived_s(self):
        """How long until it was ended; for ever when it was not."""
        return float("inf") if self.ended is None else (self.ended - self.launched) / 1000


class Record:
    """One version of one group's ledger."""

    def __init__(self, write):
        record = json.loads(write["body"])
        self.at, self.group = millis(write["at"]), record["group"]
        self.revision, self.counter = record["revision"], record["counter"]
        self.incarnation, self.writer = record["incarnation"], record["writer"]
        self.holders = {one["slot"]: one["instance"] for one in record["holders"]}
        self.numbers = {one["slot"]: one["n"] for one in record["holders"]}
        self.retiring = {one["instance"] for one in record["retiring"]}
        self.open = {one["n"]: one for one in record["open"]}

    def names(self, machine):
        return machine in self.retiring or machine in self.holders.values()

    def __str__(self):
        return f"{self.group} revision {self.revision} by {self.writer}"


class Watcher:
    """Collects both, in a thread of its own, until it is stopped."""

    def __init__(self, region, prefix):
        self.region, self.machines, self.records = region, {}, {}
        self.depth = prefix.count("/") + 1
        self.registered, self.problem, self.last_write = set(), None, 0
        self.stopping, self.looked = threading.Event(), threading.Condition()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def watch(self):
        while not self.stopping.wait(LOOK_EVERY_SECONDS):
            try:
                self.look()
            except Exception:  # Whoever waits for a look must hear of it.
                self.problem = traceback.format_exc()
            with self.looked:
                self.looked.notify_all()
            if self.problem:
                return

    def look(self):
        for write in self.region.control(f"writes?after={self.last_write}")["writes"]:
            assert write["number"] == self.last_write + 1, "a write was missed: look more often"
            self.last_write = write["number"]
            # What else lies there is not a group's.
            if write["key"].count("/") == self.depth:
                self.records.setdefault(write["key"], []).append(Record(write))
        world = self.region.control("world")
        for seen in world["instances"]:
            if "spotkeeper:launch" in seen["tags"]:
                self.machines[seen["id"]] = Machine(seen)
        for targets in world["target_groups"]:
            self.registered.update(one["instance"] for one in targets["targets"])

    def next_look(self):
        """Answers after a look that began later than now."""
        for _ in range(2):
            with self.looked:
                self.looked.wait(timeout=30)
            assert not self.problem, self.problem

    def stop(self):
        self.stopping.set()
        self.thread.join()

    def live(self):
        return [machine for machine in self.machines.values() if machine.ended is None]

    def versions(self):
        return [record for records in self.records.values() for record in records]

    def ever_held(self):
        return {machine for record in self.versions() for machine in record.holders.values()}

    def surplus(self):
        """Launched, never committed, and not taken by AWS before it could be."""
        held = self.ever_held()
        return [machine for machine in self.machines.values()
                if machine.id not in held and not machine.was_taken]

    def entry_of(self, machine):
        """The ledger's entry that the machine was launched for; None when there never was one."""
        incarnation, number = machine.launch.rsplit(".", 1)
        for record in self.versions():
            if record.incarnation == incarnation and int(number) in record.open:
                return record.open[int(number)]
        return None

    def taken_over(self):
        """How often a keeper sent a launch that the other one had opened."""
        return sum(number in before.open and
                   before.open[number]["submitter"] != entry["submitter"]
                   for records in self.records.values()
                   for before, after in zip(records, records[1:])
                   for number, entry in after.open.items())

    # ---- what must hold; each answers what broke it ----

    def breaks_of_order(self):
        """Every write follows the one before it, and no number is used twice."""
        for records in self.records.values():
            for before, after in zip(records, records[1:]):
                if after.incarnation != before.incarnation:
                    yield f"{after}: a new incarnation"
                if after.revision != before.revision + 1:
                    yield f"{after} follows revision {before.revision}"
                for number in after.open.keys() - before.open.keys():
                    if number <= before.counter:
                        yield f"{after}: launch {number} is used again"

    def two_in_a_slot(self):
        """A machine that held a slot lives on while another holds it, and nobody retires it."""
        for records in self.records.values():
            for before, after in zip(records, records[1:]):
                left = [one for one in before.retiring if not after.names(one)]
                left += [one for one in before.holders.values() if not after.names(one)]
                for one in left:
                    if one in self.machines and self.machines[one].lives_at(after.at):
                        yield f"{after}: {one} lives and was forgotten"

    def one_in_two_slots(self):
        for record in self.versions():
            holders = list(record.holders.values())
            if len(set(holders)) != len(holders) or record.retiring & set(holders):
                yield f"{record}: a machine stands there twice"

    def holders_without_a_launch(self):
        """Only what an entry covered may hold its slot."""
        for records in self.records.values():
            for before, after in zip(records, records[1:]):
                for slot, machine in after.holders.items():
                    if before.holders.get(slot) == machine:
                        continue
                    entry = before.open.get(after.numbers[slot])
                    if not entry or slot not in entry["slots"]:
                        yield f"{after}: {machine} holds {slot} without a launch for it"

    def registered_uncommitted(self):
        held = self.ever_held()
        for machine in self.registered:
            if machine in self.machines and machine not in held:
                yield f"{machine} is registered and was never committed"

    def missing(self, capacities):
        """Why the groups are not whole: each slot one live holder, and nobody else lives."""
        for group, capacity in capacities.items():
            records = [one for one in self.versions() if one.group == group]
            if not records:
                yield f"{group} has no ledger"
                continue
            last = records[-1]
            live = {one.id for one in self.live() if one.group == group}
            holders = list(last.holders.values())
            if len(last.holders) != capacity or set(holders) != live or last.retiring or last.open:
                yield (f"{last}: {len(last.holders)} of {capacity} slots held, "
                       f"{len(live - set(holders))} others live, {len(set(holders) - live)} "
                       f"holders do not, {len(last.retiring)} retire, {len(last.open)} launches")
