"""What the definition of a gate may say, and what it means for its runs."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from gitgt.model.gate import Evidence, Gate, Verdict
from tests.support.checkout import Checkout
from tests.support.gate_shop import shell
from tests.support.waiting import until

GREEN = Evidence(passes=1, passed_at=1)


def test_a_gate_with_inputs_sees_nothing_else(shop):
    shop.work.write("src/a.py", "1\n")
    shop.work.write("docs/a.md", "1\n")
    shop.work.git("add", ".")
    commit = shop.commit("src/b.py", "2\n")
    said = shop.log("find . -name .git -prune -o -type f -print; git log --format=%s; git tag",
                    commit, inputs=("src/**",))  # fmt: skip
    assert sorted(said.splitlines()) == ["./src/a.py", "./src/b.py", "The inputs of a gate"]


def test_a_verdict_on_inputs_holds_for_every_tree_with_the_same(shop):
    gate = shell("! grep -q 0 price", inputs=("price",))
    first = shop.begin(gate)
    shop.end(gate)
    docs = shop.commit("docs.md", "Read me.\n")
    tree = shop.repository.tree_of(docs)
    assert shop.runs().evidence(tree, gate) == GREEN
    assert shop.runs().keys.scope(tree, gate) == first.tree
    dear = shop.repository.tree_of(shop.commit("price", "100\n"))
    assert shop.runs().evidence(dear, gate) == Evidence()
    assert shop.runs().evidence(tree, shell("! grep -q 0 price")) == Evidence()


def test_a_gate_without_a_single_input_has_an_empty_folder(shop):
    assert shop.judge('[ "$(ls -A)" = .git ]', inputs=("gone/**",)).verdict is Verdict.PASS


def test_variables_are_let_in_by_name_or_given(shop, monkeypatch):
    monkeypatch.setenv("SHOP_TOKEN", "hush-hush")
    monkeypatch.setenv("OTHER_TOKEN", "quiet")
    environment = ("SHOP_TOKEN", "TZ=Pacific/Niue")
    said = shop.log(
        'echo "$TZ $SHOP_TOKEN"; [ "$SHOP_TOKEN" = hush-hush ] && echo in; env | grep OTHER',
        environment=environment,
    )
    assert said == "Pacific/Niue ***\nin\n"


def test_its_temporary_folder_is_empty_and_what_it_is_let_see_is_nobody_elses(shop):
    gate = shell('[ -z "$(ls -A "$TMPDIR")" ]', environment=("SHOP_TOKEN",))
    run = shop.begin(gate)
    (live,) = shop.runs().live()
    assert live.folder.stat().st_mode & 0o777 == 0o700
    shop.end(gate)
    assert shop.evidence(run, gate) == GREEN


def test_a_verdict_belongs_to_what_was_let_in(shop, monkeypatch):
    monkeypatch.setenv("COLOR", "red")
    gate = shell('[ "$COLOR" = red ]', environment=("COLOR",))
    run = shop.begin(gate)
    shop.end(gate)
    assert shop.evidence(run, gate) == GREEN
    monkeypatch.setenv("COLOR", "blue")
    assert shop.evidence(run, gate) == Evidence()


def test_another_clerk_takes_in_a_run_whose_environment_it_does_not_share(shop, monkeypatch):
    monkeypatch.setenv("COLOR", "red")
    gate = shell("true", environment=("COLOR",))
    run = shop.begin(gate)
    monkeypatch.setenv("COLOR", "blue")
    shop.end(gate)
    monkeypatch.setenv("COLOR", "red")
    assert shop.evidence(run, gate) == GREEN


def test_a_fingerprint_tells_environments_apart(shop, tmp_path):
    tool = tmp_path / "tool"
    tool.write_text("version 1\n")
    gate = shell("true", fingerprint=("cat", str(tool)))
    run = shop.begin(gate)
    shop.end(gate)
    assert shop.evidence(run, gate) == GREEN
    tool.write_text("version 2\n")
    assert shop.evidence(run, gate) == Evidence()
    tool.write_text("version 1\n")
    assert shop.evidence(run, gate) == GREEN


def test_a_fingerprint_that_cannot_be_taken_is_nobodys_fault_and_is_tried_again(shop, tmp_path):
    tool = tmp_path / "tool"
    gate = shell("true", fingerprint=("cat", str(tool)))
    run = shop.begin(gate)
    runs = shop.runs()
    found = runs.evidence(run.tree, gate)
    said = f"no fingerprint: cat {tool} exited with 1"
    assert (found.verdict, found.trouble) == (Verdict.COULD_NOT_RUN, said)
    assert runs.retry_in() == 30
    tool.write_text("version 1\n")
    assert shop.evidence(run, gate) == Evidence()


def test_no_process_of_a_gate_gets_more_memory_than_it_may(shop):
    take = "import sys; x = bytearray(int(sys.argv[1]) * 1024**2); print(len(x))"
    script = f"python3 -c '{take}' 400"
    assert shop.judge(script, memory=1000).verdict is Verdict.PASS
    found = shop.judge(script, memory=200)
    assert (found.verdict, found.doubtful) == (Verdict.FAIL, True)


def test_a_flood_of_output_fills_neither_memory_nor_disk(shop):
    gate = shell("head -c 64M /dev/zero | tr '\\0' x; echo; echo the end; exit 1", output=0.01)
    run = shop.begin(gate)
    until(lambda: not [*shop.runs().live()] or shop.runs().take_in({"test": gate}))
    log = shop.runs().log(run.tree, gate)
    assert len(log) < 11_000
    assert log.startswith("xxx")
    assert "bytes left out" in log
    assert log.endswith("\nthe end\n")
    assert log.count("left out") == 1


def test_more_of_a_log_is_kept_on_request(shop):
    script = "seq 1 40000"
    assert "left out" in shop.log(script)
    assert "left out" not in shop.log(script, output=1)


def test_a_gate_that_runs_alone_waits_until_nobody_is_at_work_and_nobody_joins_it(
    shop, tmp_path
):
    go = tmp_path / "go"
    os.mkfifo(go)
    other, alone = shell(f"read line <'{go}'", "lint"), shell("true", parallel=False)
    gates = {each.name: each for each in (other, alone)}
    commit = shop.repository.resolve(shop.rig.target)
    run = shop.begin(other)
    assert not shop.runs().start(replace(run, gate="test"), commit, alone)
    go.write_text("on\n")
    until(lambda: shop.runs().take_in(gates))
    assert shop.runs().start(replace(run, gate="test"), commit, alone)
    assert not shop.runs().start(run, commit, other)
    until(lambda: shop.runs().take_in(gates))
    assert shop.leftovers == []


def test_who_leaves_programs_running_is_noted_and_they_are_ended(shop):
    gate = shell("sleep 1000 & exit 0")
    run = shop.begin(gate)
    shop.end(gate)
    runs = shop.runs()
    (said,) = runs.verdicts.records(run.tree, runs.keys.digest(gate))
    assert (said["verdict"], said["left"]) == ("pass", ["sleep"])
    assert runs.leaks.known() == {"test": ["sleep"]}
    shop.judge("true")
    assert runs.leaks.known() == {}


def test_each_gate_keeps_what_it_has_built(shop):
    build = 'cat built 2>/dev/null; echo "$0" >>built; [ "$(wc -l <built)" = '
    lint = Gate(name="lint", command=("sh", "-c", f"{build} 1 ]", "lint"), keep=("built",))
    test = Gate(name="test", command=("sh", "-c", f"{build} 1 ]", "test"), keep=("built",))
    gates = {"lint": lint, "test": test}
    for commit in ("", shop.commit("price", "10\n")):
        for each in gates.values():
            shop.begin(each, commit)
            until(lambda: shop.runs().take_in(gates))
    folder = shop.rig.path / "refinery"
    assert [(folder / f"slot-{n}" / "built").read_text() for n in (0, 1)] == [
        "lint\nlint\n", "test\ntest\n",
    ]  # fmt: skip


def test_the_slot_of_a_gate_that_is_gone_is_anybodys(shop):
    old = shell("touch built", "old", keep=("built",))
    shop.begin(old)
    shop.end(old)
    shop.runs().pool.retire({"test"})
    assert shop.judge("[ ! -e built ]").verdict is Verdict.PASS
    assert [each.name for each in (shop.rig.path / "refinery").iterdir()] == ["slot-0"]


@pytest.fixture
def vendored(shop, home):
    """A shop whose project has a submodule, which has one itself."""
    Checkout(home).git("config", "--global", "protocol.file.allow", "always")
    Checkout.init(shop.work.path.parent / "inner")
    lib = Checkout.init(shop.work.path.parent / "lib")
    for where, what in ((lib, "../inner"), (shop.work, "../lib")):
        where.git("submodule", "add", "-q", what, "vendor")
        where.git("commit", "-q", "-m", "Vendor")
    return shop


def test_submodules_are_checked_out_on_request(vendored):
    commit = vendored.commit("price", "10\n")
    script = (
        "find . -name .git -prune -o -type f -print | sort; git status --short; "
        "git -C vendor log --format=%s -1; echo x >vendor/untracked"
    )
    empty = "./.gitmodules\n./README\n./price\n"
    assert vendored.log(script, commit).startswith(empty)
    full = f"{empty}./vendor/.gitmodules\n./vendor/README\n./vendor/vendor/README\nVendor\n"
    for number in (1, 2):
        assert vendored.log(f": {number}; {script}", commit, submodules=True) == full
    assert "untracked" not in vendored.log(f": again; {script}", commit)


def test_a_gate_that_changes_a_submodule_has_tested_something_else(vendored):
    commit = vendored.commit("price", "10\n")
    changed = vendored.judge("echo 0 >vendor/README", commit, submodules=True)
    assert changed.verdict is Verdict.FAIL
    mended = vendored.judge("grep -q A vendor/README", commit, submodules=True)
    assert mended.verdict is Verdict.PASS


def test_a_submodule_that_cannot_be_had_is_nobodys_fault(vendored):
    (vendored.work.path.parent / "lib").rename(vendored.work.path.parent / "gone")
    gate = shell("true", submodules=True)
    commit = vendored.commit("price", "10\n")
    run = vendored.begin(gate, commit)
    found = vendored.evidence(run, gate)
    assert found.verdict is Verdict.COULD_NOT_RUN
    assert found.trouble.startswith("the submodule vendor has no ")


def test_attributes_and_filters_hold_in_a_slot_as_in_any_checkout(shop, home):
    settings = Checkout(home)
    settings.git("config", "--global", "filter.up.smudge", "tr a-z A-Z")
    settings.git("config", "--global", "filter.up.clean", "tr A-Z a-z")
    shop.work.write(".gitattributes", "*.up filter=up\n*.bat text eol=crlf\n")
    shop.work.git("add", ".gitattributes")
    shop.work.commit("x.up", "hello\n")
    commit = shop.commit("x.bat", "go\n")
    script = (
        '[ "$(cat x.up)" = HELLO ] && [ "$(wc -c <x.bat)" = 4 ] && [ -z "$(git status -s)" ]'
    )
    assert shop.judge(script, commit).verdict is Verdict.PASS
    assert shop.judge(f"{script} && touch x.up", commit, inputs=("x.*", ".gitattributes"),
                      ).verdict is Verdict.PASS  # fmt: skip
