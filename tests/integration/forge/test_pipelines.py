"""What a pipeline found is said below the pull request, once for each outcome."""

from gitgt.model.ci.event import Product
from gitgt.model.ci.report import Level, Report, Row
from gitgt.services.ci import telling
from gitgt.services.ci.room import Room
from gitgt.services.ci.testing import GatesSaid
from gitgt.services.rig import share
from tests.support.pull_requests import needs_gh
from tests.support.town import TESS

RED = Report("it is red", (Row("gate check", "is red", Level.ERROR, "FIXME"),), 1)


@needs_gh
def test_a_comment_is_written_once_and_is_nobodys_word(shop):
    bead = shop.passed("Dearer apples")
    shop.sync()
    request = shop.request(bead)
    share(shop.town.town, "shop", TESS)
    room = Room(shop.town.town, shop.town.town.rig("shop"), Product.GITHUB)
    tested = GatesSaid(request.branch, request.head, "main", request)

    first = telling.comment(room, tested, RED)
    assert first == "commented on pull request 1"
    assert telling.comment(room, tested, RED) == "pull request 1 has this comment already"
    (written,) = [each["body"] for each in shop.pull().comments]
    assert written == (
        "**it is red**\n\n- gate check: is red\n\n  ```\n  FIXME\n  ```\n\n"
        f"<!-- gt: ci {request.head[:12]} 1 -->"
    )
    shop.sync()
    assert [each.by for each in shop.heard(bead)] == ["pull-requests"]
    other = GatesSaid("wild", request.head, "main")
    assert telling.comment(room, other, RED) == ""
