"""What `check --online` and `serve` refuse, because two keepers would not be safe with it."""

import contextlib
import subprocess
import tempfile
from pathlib import Path

from region import Keeper, Region, group_table, until

SPEED = 30
SECONDS = 60  # A command that takes longer hangs.


class World:
    """A region, and keepers by name; all of them keep the group web with one machine."""

    def __init__(self, binary, seed, folder):
        self.binary, self.folder = binary, Path(folder)
        self.region, self.keepers = Region(binary, SPEED, seed), []
        self.shared = f"s3://{self.region.scene['bucket']}/fleet"

    def keeper(self, name, ledger, queue_url=None):
        home = self.folder / f"{name}-{len(self.keepers)}"
        home.mkdir()
        keeper = Keeper(self.binary, self.region, home, ledger, name, queue_url)
        keeper.configure(group_table(self.region, "web", 1))
        self.keepers.append(keeper)
        return keeper

    def close(self):
        for keeper in self.keepers:
            if keeper.process and keeper.process.poll() is None:
                keeper.kill()
        self.region.stop()


def command(keeper, *words):
    done = subprocess.run([keeper.binary, *words, "--config", str(keeper.config)], text=True,
                          env=keeper.environment(), capture_output=True, timeout=SECONDS,
                          stdin=subprocess.DEVNULL, check=False)
    return done.returncode, done.stdout + done.stderr


def expect(keeper, words, code, *texts):
    found, said = command(keeper, *words)
    assert found == code, f"{words}: exit code {found}, not {code}: {said}"
    for text in texts:
        assert text in said, f"{words} does not say {text!r}: {said}"


def a_store_without_conditions(world):
    keeper = world.keeper("keeper-1", world.shared)
    expect(keeper, ("check", "--online"), 0, "honours conditions")
    world.region.control("faults", {"is_s3_unconditional": True})
    expect(keeper, ("check", "--online"), 1, "FAILED  ledger", "If-None-Match", "AWS's S3")
    expect(keeper, ("serve",), 2, "two keepers could commit two machines to one slot")
    world.region.control("faults", {"is_s3_unconditional": False})
    keeper.start()


def one_queue_for_two(world):
    first = world.keeper("keeper-1", world.shared)
    first.start()
    second = world.keeper("keeper-2", world.shared)
    expect(second, ("check", "--online"), 1, 'keeper "keeper-1" reads', "a queue of its own")
    expect(second, ("serve",), 2, 'keeper "keeper-1" reads', "a queue of its own")
    expect(first, ("check", "--online"), 0, "no other keeper")
    first.kill()
    first.start()  # Who comes back finds its own claim.
    third = world.keeper("keeper-3", world.shared, world.region.add_queue("keeper-3"))
    expect(third, ("check", "--online"), 0, "no other keeper")
    third.start()


def one_name_for_two(world):
    first = world.keeper("keeper-1", world.shared)
    first.start()
    second = world.keeper("keeper-1", world.shared)
    told = ('another keeper "keeper-1" reads', "another name in [keeper]", "start again in ")
    expect(second, ("check", "--online"), 1, *told)
    expect(second, ("serve",), 2, *told)
    expect(second, ("check", "--online"), 1, *told)
    first.kill()
    expect(first, ("check", "--online"), 0, "no other keeper")
    first.start()  # Its folder knows whose the claim is.


def a_second_ledger_for_one_group(world):
    first = world.keeper("keeper-1", "local")
    first.start()
    until("one machine", lambda: first.ask("groups/web")["slots"][0]["state"] == "serving")
    expect(first, ("check", "--online"), 0, "1 carry its tags, none unknown")
    for ledger in ("local", world.shared):
        second = world.keeper("keeper-2", ledger, world.region.add_queue("keeper-2"))
        expect(second, ("check", "--online"), 1, "FAILED  machines of web",
               "unknown to this ledger")
    machines = world.region.owned("web")
    assert len(machines) == 1, f"asking launched something: {machines}"


def no_start_for_a_store_that_is_not_there(world):
    keeper = world.keeper("keeper-1", "s3://no-such-bucket")
    expect(keeper, ("check", "--online"), 1, "FAILED  ledger", "NoSuchBucket")
    keeper.start()
    until("it is said", lambda: "ledger-not-checked" in keeper.last_words())


CASES = (a_store_without_conditions, one_queue_for_two, one_name_for_two,
         a_second_ledger_for_one_group, no_start_for_a_store_that_is_not_there)


def verdicts(binary, seed):
    """(name, what went wrong or nothing) of each case."""
    for case in CASES:
        with tempfile.TemporaryDirectory() as folder, \
                contextlib.closing(World(binary, seed, folder)) as world:
            try:
                case(world)
                yield case.__name__, []
            except AssertionError as error:
                yield case.__name__, [" ".join(str(error).split())]
