"""Every command: its name, where it lies, what it does in one line, and its group.

Help is made from this table alone, so it imports no command. A command's module is imported
when it is called; its attribute ``command`` (or the one after a colon) is a click command.
A test holds these lines together with the commands' own docstrings.
"""

from __future__ import annotations

from typing import Final, NamedTuple

WORK: Final = "Work"
AGENTS: Final = "Agents"
SESSIONS: Final = "Sessions"
TALK: Final = "Talk"
RIGS: Final = "Rigs"
QUEUE: Final = "Merge queue"
TOWN: Final = "Town"
SEEING: Final = "Seeing"
SETUP: Final = "Setup"
HIDDEN: Final = ""

GROUPS: Final = (WORK, AGENTS, SESSIONS, TALK, RIGS, QUEUE, TOWN, SEEING, SETUP)


class Entry(NamedTuple):
    """One command: enough to list it, and to find it."""

    name: str
    module: str
    summary: str
    group: str


# fmt: off
CATALOG: Final[tuple[Entry, ...]] = (
    # Work
    Entry("bead", "gitgt.cli.bead", "Make, read and change work beads", WORK),
    Entry("ready", "gitgt.cli.ready", "List the open beads that nothing blocks", WORK),
    Entry("sling", "gitgt.cli.sling", "Put beads on somebody's hook", WORK),
    Entry("hook", "gitgt.cli.hook", "Show what is on your hook, or put a bead there", WORK),
    Entry("assign", "gitgt.cli.assign", "Make a bead on somebody's hook, in one go", WORK),
    Entry("unsling", "gitgt.cli.hook.move:detach", "Take a bead off a hook", WORK),
    Entry("unhook", "gitgt.cli.hook.move:detach", "Take a bead off a hook", HIDDEN),
    Entry("undo", "gitgt.cli.undo", "Take back what you did last", WORK),
    Entry("redo", "gitgt.cli.undo:redo", "Do again what you took back last", WORK),
    Entry("done", "gitgt.cli.done", "Hand in the work of this worktree", WORK),
    Entry("resolve", "gitgt.cli.resolve", "Begin the merge that settles a conflict", WORK),
    Entry("formula", "gitgt.cli.formula", "See, check and run formulas", WORK),
    Entry("cook", "gitgt.cli.cook", "Show what a formula comes to", WORK),
    Entry("mol", "gitgt.cli.mol", "Make molecules of formulas, and do them step by step", WORK),
    Entry("wisp", "gitgt.cli.wisp", "Make and see beads that are gone after a while", WORK),
    Entry("compact", "gitgt.cli.wisp:gc", "Let wisps go whose time is over", WORK),
    Entry("convoy", "gitgt.cli.convoy", "Make convoys, launch them, see how they are", WORK),
    Entry("mountain", "gitgt.cli.mountain", "Let an epic drive itself to the end", WORK),
    Entry("synthesis", "gitgt.cli.synthesis", "Make one of what a convoy's legs made", WORK),
    Entry("import", "gitgt.cli.importing", "Bring in work from other trackers", WORK),
    Entry("export", "gitgt.cli.exporting", "Take the beads of a ledger out", WORK),
    # Agents
    Entry("agents", "gitgt.cli.agents", "See agents, and what they can run on", AGENTS),
    Entry("polecat", "gitgt.cli.polecat", "See polecats, and clear up after them", AGENTS),
    Entry("crew", "gitgt.cli.crew", "Give people worktrees of their own", AGENTS),
    Entry("mayor", "gitgt.cli.mayor", "Talk to the mayor, who gives out work", AGENTS),
    Entry("role", "gitgt.cli.whoami:role", "See your role here, and the others", AGENTS),
    Entry("whoami", "gitgt.cli.whoami", "Tell as whom you act here", AGENTS),
    Entry("witness", "gitgt.cli.witness", "See, stop and start the witness of a rig", AGENTS),
    Entry("patrol", "gitgt.cli.patrol", "See what is odd about the agents of a rig", AGENTS),
    Entry("cv", "gitgt.cli.cv", "Tell what an agent has done", AGENTS),
    Entry("config", "gitgt.cli.config", "Set what agents run on, and how a town works", AGENTS),
    # Sessions
    Entry("session", "gitgt.cli.session", "See agents' sessions, begin and end them", SESSIONS),
    Entry("attach", "gitgt.cli.session.typed:attach", "Sit at an agent's terminal", SESSIONS),
    Entry("peek", "gitgt.cli.session.look:capture", "See an agent's terminal", SESSIONS),
    Entry("prime", "gitgt.cli.prime", "Tell an agent who it is and what to do", SESSIONS),
    Entry("handoff", "gitgt.cli.handoff", "Let another session go on from here", SESSIONS),
    Entry("resume", "gitgt.cli.resume", "Show what an earlier session left", SESSIONS),
    Entry("checkpoint", "gitgt.cli.checkpoint", "Note how far you are", SESSIONS),
    Entry("seance", "gitgt.cli.seance", "List earlier sessions, and ask one", SESSIONS),
    # Talk
    Entry("mail", "gitgt.cli.mail", "Write to agents and people, and read mail", TALK),
    Entry("nudge", "gitgt.cli.nudge", "Say a word to agents as their turn ends", TALK),
    Entry("broadcast", "gitgt.cli.nudge:broadcast", "Nudge all that are at work", TALK),
    Entry("dnd", "gitgt.cli.dnd:dnd", "Be woken for nothing, or as usual again", TALK),
    Entry("notify", "gitgt.cli.dnd:notify", "Say what you want to be woken for", TALK),
    Entry("remember", "gitgt.cli.memory:remember", "Remember what agents are told", TALK),
    Entry("memories", "gitgt.cli.memory:every", "List what is remembered", TALK),
    Entry("forget", "gitgt.cli.memory:forget", "Forget what is remembered under a key", TALK),
    Entry("directive", "gitgt.cli.directive", "See and write what agents are told", TALK),
    # Rigs
    Entry("rig", "gitgt.cli.rig", "Add projects to the town, and see how they stand", RIGS),
    Entry("namepool", "gitgt.cli.namepool", "See and choose what polecats are called", RIGS),
    Entry("sync", "gitgt.cli.sync", "Exchange ledgers with other clones", RIGS),
    Entry("verify", "gitgt.cli.verify", "Judge what a push brings to a ledger", RIGS),
    Entry("server", "gitgt.cli.server", "Let a bare repository judge pushes to it", RIGS),
    # Merge queue
    Entry("gate", "gitgt.cli.gate", "Say what must pass before anything lands", QUEUE),
    Entry("ci", "gitgt.cli.ci", "Do what a pipeline is there for, or install one", QUEUE),
    Entry("mq", "gitgt.cli.mq", "See what wants to land, and steer it", QUEUE),
    Entry("refinery", "gitgt.cli.refinery", "See, stop and start the refinery", QUEUE),
    Entry("pr", "gitgt.cli.pr", "See pull requests, and ask the forge about them", QUEUE),
    Entry("issues", "gitgt.cli.issues", "Make beads of a forge's issues, and tell them", QUEUE),
    Entry("rerere", "gitgt.cli.rerere", "See how conflicts were resolved before", QUEUE),
    Entry("radar", "gitgt.cli.radar", "See who is about to collide with whom", QUEUE),
    Entry("bisect-main", "gitgt.cli.bisect_main", "Find the landing that broke main", QUEUE),
    # Town
    Entry("up", "gitgt.cli.uptime:up", "Start the watcher, and who sat there", TOWN),
    Entry("down", "gitgt.cli.uptime:down", "End the watcher, and all that it started", TOWN),
    Entry("shutdown", "gitgt.cli.uptime:shutdown", "End the day: begin nobody again", TOWN),
    Entry("watch", "gitgt.cli.watcher:watch", "Watch the town, until interrupted", TOWN),
    Entry("daemon", "gitgt.cli.daemon", "Start, stop and see the watcher alone", TOWN),
    Entry("estop", "gitgt.cli.brake:estop", "Freeze the town: all stand still", TOWN),
    Entry("thaw", "gitgt.cli.brake:thaw", "Let all go on that estop froze", TOWN),
    Entry("tick", "gitgt.cli.watcher:tick", "See to all that is due, once", TOWN),
    Entry("escalate", "gitgt.cli.escalate", "Call for a person's judgement", TOWN),
    Entry("deacon", "gitgt.cli.deacon", "See the deacon's patrols, stop and start them", TOWN),
    Entry("boot", "gitgt.cli.boot", "Look after the watcher itself", TOWN),
    Entry("escalation", "gitgt.cli.escalate:noun", "See what needs your judgement", TOWN),
    Entry("dog", "gitgt.cli.dog", "See and send dogs, who do the town's small jobs", TOWN),
    Entry("plugin", "gitgt.cli.plugin", "See what is done now and then, and run it", TOWN),
    Entry("warrant", "gitgt.cli.warrant", "Ask agents whether they live, or end them", TOWN),
    Entry("scheduler", "gitgt.cli.scheduler", "See what waits for a place, and why", TOWN),
    Entry("recover", "gitgt.cli.recover", "Bring back what an agent had not committed", TOWN),
    Entry("fsck", "gitgt.cli.fsck", "Look for what is wrong in the ledgers", TOWN),
    Entry("du", "gitgt.cli.usage", "Tell where the disk went", TOWN),
    Entry("doctor", "gitgt.cli.doctor", "Look whether what a town relies on works here", TOWN),
    Entry("hooks", "gitgt.cli.hooks", "Install, check and remove our git hooks", TOWN),
    Entry("taps", "gitgt.cli.taps", "See and renew what agents' programs call", TOWN),
    # Seeing
    Entry("todo", "gitgt.cli.todo", "List what needs you, each with its command", SEEING),
    Entry("status", "gitgt.cli.status", "Show the town at one glance", SEEING),
    Entry("feed", "gitgt.cli.feed", "Tell what happened in the town", SEEING),
    Entry("costs", "gitgt.cli.costs", "Show what agents took, and what that cost", SEEING),
    Entry("blame", "gitgt.cli.blame", "Tell who wrote a line, for what, at what cost", SEEING),
    Entry("log", "gitgt.cli.log", "Tell the life of a bead: who, when, why", SEEING),
    Entry("demo", "gitgt.cli.demo", "Show the whole machine on a small project", SEEING),
    Entry("replay", "gitgt.cli.replay", "Run a project's own history through a town", SEEING),
    # Setup
    Entry("install", "gitgt.cli.install", "Make a town, by default at ~/gt", SETUP),
    Entry("setup", "gitgt.cli.setup", "Install the man page, completions, short names", SETUP),
    # Hidden: called by git or by ourselves
    Entry("merge-file", "gitgt.cli.merge_file", "Merge a bead file, field by field", HIDDEN),
    Entry("tap", "gitgt.cli.tap", "Answer what an agent's program says of itself", HIDDEN),
    Entry("githook", "gitgt.githooks.run", "Do what one of git's hooks asks for", HIDDEN),
)
# fmt: on


def find(name: str) -> Entry | None:
    """Return the command of that name, if there is one."""
    return next((entry for entry in CATALOG if entry.name == name), None)


def visible() -> list[Entry]:
    """Return the commands that people are told about, group by group."""
    return [entry for group in GROUPS for entry in CATALOG if entry.group == group]


def help_text() -> str:
    """Return what ``git gt -h`` shows."""
    blocks = [_block(group) for group in GROUPS]
    return "\n".join([_HEAD, *(block for block in blocks if block), _TAIL])


def _block(group: str) -> str:
    lines = [f"  {each.name:<11}  {each.summary}" for each in CATALOG if each.group == group]
    return "\n".join([f"{group}:", *lines, ""]) if lines else ""


_HEAD: Final = """\
git gt: a commit moves work

Usage: git gt [-C PATH] COMMAND [ARGUMENT...]
"""

_TAIL: Final = """\
Options:
  -C PATH    run as if started in PATH
  -h         show this help; git gt COMMAND -h shows a command's
  --version  show the version

git bd COMMAND is short for git gt bead COMMAND.
"""
