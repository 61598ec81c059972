"""Each product's words for the same few facts."""

import pytest

from gitgt.errors import RefusedError
from gitgt.model.ci.event import Happened, Kind, Product, recognize
from gitgt.model.ci.plan import Nothing, Places, Refine, RunGates, Verify, plan

OLD, NEW, NONE = "1" * 40, "2" * 40, "0" * 40
PLACES = Places("beads", "gt/probe/", {"fix-prices"})
ACTIONS = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push", "GITHUB_SHA": NEW}
GITLAB = {"GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "push", "CI_COMMIT_SHA": NEW}


def push(product, branch, old=OLD, new=NEW):
    return Happened(product, Kind.PUSH, "push", branch, old, new)


@pytest.mark.parametrize(
    ("environ", "payload", "expected"),
    [
        pytest.param(
            {**ACTIONS, "GITHUB_REF": "refs/heads/beads"}, {"before": OLD, "after": NEW},
            push(Product.GITHUB, "beads"), id="GitHub",
        ),
        pytest.param(
            {**ACTIONS, "GITEA_ACTIONS": "true", "GITHUB_REF": "refs/heads/a/b"},
            {"before": NONE}, push(Product.GITEA, "a/b", ""), id="a new branch at Gitea",
        ),
        pytest.param(
            {**ACTIONS, "GITEA_ACTIONS": "true", "FORGEJO_ACTIONS": "true",
             "GITHUB_REF": "refs/heads/beads"},
            {"before": OLD, "after": NONE}, push(Product.FORGEJO, "beads", new=""),
            id="a branch is gone at Forgejo",
        ),
        pytest.param(
            {**ACTIONS, "GITHUB_REF": "refs/tags/v1"}, {},
            Happened(Product.GITHUB, Kind.OTHER, "push of refs/tags/v1"), id="a tag",
        ),
        pytest.param(
            {**ACTIONS, "GITHUB_EVENT_NAME": "schedule", "GITHUB_REF": "refs/heads/main"}, {},
            Happened(Product.GITHUB, Kind.SCHEDULE, "schedule"), id="a schedule",
        ),
        pytest.param(
            {**ACTIONS, "GITHUB_EVENT_NAME": "workflow_dispatch"}, {},
            Happened(Product.GITHUB, Kind.SCHEDULE, "workflow_dispatch"), id="by hand",
        ),
        pytest.param(
            {**ACTIONS, "GITHUB_EVENT_NAME": "pull_request", "GITHUB_REF": "refs/pull/1/merge"},
            {}, Happened(Product.GITHUB, Kind.OTHER, "pull_request"), id="a pull request",
        ),
        pytest.param(
            {**GITLAB, "CI_COMMIT_BRANCH": "beads", "CI_COMMIT_BEFORE_SHA": NONE}, {},
            push(Product.GITLAB, "beads", ""), id="GitLab's first pipeline of a branch",
        ),
        pytest.param(
            {**GITLAB, "CI_COMMIT_TAG": "v1", "CI_COMMIT_BEFORE_SHA": NONE}, {},
            Happened(Product.GITLAB, Kind.OTHER, "push"), id="GitLab's tag",
        ),
        pytest.param(
            {**GITLAB, "CI_PIPELINE_SOURCE": "web", "CI_COMMIT_BRANCH": "main"}, {},
            Happened(Product.GITLAB, Kind.SCHEDULE, "web"), id="GitLab's button",
        ),
        pytest.param(
            {**GITLAB, "CI_PIPELINE_SOURCE": "merge_request_event"}, {},
            Happened(Product.GITLAB, Kind.OTHER, "merge_request_event"), id="a merge request",
        ),
        pytest.param(
            {"GT_CI_REF": "refs/heads/beads", "GT_CI_BEFORE": OLD, "GT_CI_AFTER": NEW}, {},
            push(Product.GENERIC, "beads"), id="any other",
        ),
        pytest.param(
            {"GT_CI_EVENT": "schedule"}, {},
            Happened(Product.GENERIC, Kind.SCHEDULE, "schedule"), id="any clock",
        ),
        pytest.param({"CI": "true"}, {}, None, id="nobody says"),
    ],
)  # fmt: skip
def test_what_happened_is_read_from_the_environment(environ, payload, expected):
    assert recognize(environ, payload) == expected


@pytest.mark.parametrize(
    ("happened", "expected"),
    [
        (push(Product.GITHUB, "beads"), Verify(OLD, NEW)),
        (push(Product.GITHUB, "beads", "", ""), Verify("", "")),
        (
            push(Product.GITLAB, f"gt/probe/{NEW}", ""),
            RunGates(f"gt/probe/{NEW}", NEW, probe=True),
        ),
        (push(Product.GITLAB, "polecat/nux/sh-abc12"), RunGates("polecat/nux/sh-abc12", NEW)),
        (push(Product.GITLAB, "fix-prices"), RunGates("fix-prices", NEW)),
        (push(Product.GITLAB, "fix-prices", new=""), Nothing("fix-prices is gone")),
        (
            push(Product.GITLAB, "main"),
            Nothing("main is neither the ledger nor a branch that someone asks to land"),
        ),
        (Happened(Product.FORGEJO, Kind.SCHEDULE, "schedule"), Refine()),
        (
            Happened(Product.FORGEJO, Kind.OTHER, "release"),
            Nothing("release is no push to a branch and no schedule"),
        ),
    ],
)
def test_each_kind_of_branch_has_something_to_be_done(happened, expected):
    assert plan(happened, PLACES) == expected


@pytest.mark.parametrize("said", ["HEAD~1", "--upload-pack=a", OLD[:12], 7, [OLD]])
def test_what_is_no_commits_id_is_told(said):
    environ = {**ACTIONS, "GITHUB_REF": "refs/heads/beads"}
    with pytest.raises(RefusedError, match="is no commit's id"):
        recognize(environ, {"before": said, "after": NEW})


def test_an_event_without_a_name_is_a_push_if_there_is_a_ref():
    said = {"GT_CI_REF": "refs/heads/beads", "GT_CI_EVENT": "", "GT_CI_AFTER": NEW}
    assert recognize(said, {}) == push(Product.GENERIC, "beads", "")
