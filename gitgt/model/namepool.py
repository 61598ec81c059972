"""The names that polecats get: themes as in Gas Town, first free one first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final

from gitgt.model.ids import RESERVED_MEMBERS

POOL_SIZE: Final = 50
_MAD_MAX: Final = (
    "furiosa nux slit rictus dementus capable toast dag cheedo valkyrie keeper morsov ace "
    "warboy imperator organic coma splendid angharad max immortan bullet toecutter goose "
    "nightrider glory scrotus chumbucket corpus dinki prime vuvalini rockryder wretched "
    "buzzard gastown bullet-farmer citadel wasteland fury road-warrior interceptor "
    "blackfinger wraith witness chrome shiny mediocre guzzoline aqua-cola "
)
_MINERALS: Final = (
    "obsidian quartz jasper onyx opal topaz garnet ruby amber jade pearl flint granite "
    "basalt marble shale slate pyrite mica agate malachite turquoise lapis emerald sapphire "
    "diamond amethyst citrine zircon peridot coral jet moonstone sunstone bloodstone "
    "rhodonite sodalite hematite magnetite calcite fluorite selenite kyanite labradorite "
    "amazonite chalcedony carnelian aventurine chrysoprase heliodor "
)
_WASTELAND: Final = (
    "rust chrome nitro guzzle witness shiny fury thunder dust scavenger radrat ghoul mutant "
    "raider vault pipboy nuka brahmin deathclaw mirelurk synth institute enclave "
    "brotherhood minuteman railroad atom crater foundation refuge settler wanderer courier "
    "lone chosen tribal khan legion ncr ranger overseer sentinel paladin scribe initiate "
    "elder lancer knight squire proctor "
)
THEMES: Final = {
    theme: tuple(name for name in names.split() if name not in RESERVED_MEMBERS)
    for theme, names in (
        ("mad-max", _MAD_MAX),
        ("minerals", _MINERALS),
        ("wasteland", _WASTELAND),
    )
}


def theme_for(rig: str, taken: Collection[str]) -> str:
    """Return a theme for *rig* that no other rig has; always the same when all are free."""
    digest = 0
    for byte in rig.encode():
        digest = (digest * 31 + byte) & 0xFFFFFFFF
    names = sorted(THEMES)
    turned = names[digest % len(names) :] + names[: digest % len(names)]
    return next((name for name in turned if name not in taken), turned[0])


def _without_end(names: Iterable[str]) -> Iterator[str]:
    """Yield *names* and then, without end, numbers from 51 up."""
    yield from names
    number = POOL_SIZE
    while True:
        number += 1
        yield str(number)


def first_free(names: Iterable[str], taken: Collection[str]) -> str:
    """Return the first of *names* that is not *taken*; behind the last one come numbers."""
    return next(name for name in _without_end(names) if name not in taken)
