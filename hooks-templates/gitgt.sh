# gitgt hook 1
# What gitgt's hooks share; each of them sources this file, which lies beside it.
#
# An ordinary commit passes six hooks, and a fork costs one or two milliseconds: so what every
# commit runs is written in what the shell itself can do. Works in any POSIX shell.

# Sets git_dir and common (absolute): of the repository and worktree that git acts on.
where() {
    git_dir=${GIT_DIR:-}
    if [ -z "$git_dir" ]; then
        git_dir=.git
        # Unset in a main checkout, and in post-checkout while a worktree is being added.
        if [ -f .git ]; then
            IFS= read -r git_dir <.git
            git_dir=${git_dir#gitdir: }
        fi
    fi
    [ -f "$git_dir/HEAD" ] || git_dir=$(git rev-parse --git-dir 2>/dev/null) || return 1
    case $git_dir in /*) ;; *) git_dir=$PWD/$git_dir ;; esac
    common=$git_dir
    [ -f "$git_dir/commondir" ] || return 0
    IFS= read -r common <"$git_dir/commondir"
    case $common in /*) ;; *) common=$git_dir/$common ;; esac
}

# A note says where something happened, never what: an empty file, named for the worktree. So a
# second note before the first was taken changes nothing, and none is ever half written.
note() {
    [ -d "$common/gt/spool" ] || return 0
    note=checkout
    [ "$git_dir" = "$common" ] || note=worktree-${git_dir##*/}
    { printf '' >"$common/gt/spool/$note"; } 2>/dev/null
    return 0
}

# A desk is any worktree on a desk branch, what was made as one, whatever it stands on, and what
# was taken off the ledger, while it stands on no branch.
is_desk() {
    if [ -f "$git_dir/gt-desk" ] || is_on_desk_branch; then return 0; fi
    case $head in
    'ref: '*) return 1 ;;
    *) [ -f "$git_dir/gt-astray" ] ;;
    esac
}

# Sets head: what the worktree stands on.
is_on_desk_branch() {
    head=
    { IFS= read -r head <"$git_dir/HEAD"; } 2>/dev/null
    case $head in 'ref: refs/heads/desk/'*) return 0 ;; *) return 1 ;; esac
}

# Tells whether the worktree stands on the ledger itself, whose name is a setting.
is_on_ledger() {
    ledger=refs/heads/beads
    { IFS= read -r ledger <"$common/gt/ledger"; } 2>/dev/null
    head=
    { IFS= read -r head <"$git_dir/HEAD"; } 2>/dev/null
    [ "$head" = "ref: $ledger" ]
}

holds_beads() { is_desk || is_on_ledger; }

# Tells whether what is committed here reaches no ledger. A watcher could only say so later, and
# not to whoever sits here.
is_nowhere() { holds_beads && ! is_on_desk_branch; }

# Marks a commit in progress, so that nobody moves HEAD under it: git read HEAD before it ran us,
# and fails at the end if it moved. The number of a git that is gone marks nothing.
mark_committing() { { printf '%s\n' "$PPID" >"$git_dir/gt-committing"; } 2>/dev/null; }

is_assignment() { [ -f "$git_dir/gt-assignment" ]; }

# A rebase's or a cherry-pick's own commits: the end is reported by another hook.
in_progress() {
    [ -d "$git_dir/rebase-merge" ] || [ -d "$git_dir/rebase-apply" ] || [ -d "$git_dir/sequencer" ]
}

# Tells whether the town's watcher lives. After a reboot its number may belong to another
# program, hence the look at its command line where the system shows one.
watched() {
    {
        IFS= read -r town <"$common/gt/town" &&
            IFS= read -r pid <"$town/.git/gt/watch.pid"
    } 2>/dev/null || [ -n "${pid:-}" ] || return 1
    case $pid in [1-9]*) ;; *) return 1 ;; esac
    kill -0 "$pid" 2>/dev/null || return 1
    [ -r "/proc/$pid/cmdline" ] || return 0
    words=
    { IFS= read -r words <"/proc/$pid/cmdline"; } 2>/dev/null
    case $words in *gt*) return 0 ;; *) return 1 ;; esac
}

# ask NAME ARGS...: let gitgt itself decide. It exits with 10 to refuse; anything else but 0
# means that it could not run, and a broken environment breaks nobody's commit.
ask() {
    [ -z "${GT_GITHOOK:-}" ] || return 0
    word=
    { IFS= read -r word <"$common/gt/fence"; } 2>/dev/null
    if [ -x "$common/gt/command" ]; then
        GT_GITHOOK=$1 GT_INTERNAL=$word "$common/gt/command" githook "$@"
    elif command -v git-gt >/dev/null 2>&1; then
        GT_GITHOOK=$1 GT_INTERNAL=$word git-gt githook "$@"
    else
        false
    fi
    case $? in 0) return 0 ;; 10) return 1 ;; esac
    case $1 in
    pre-commit) printf '%s\n' "gt: this commit was not checked: git-gt does not run; the watcher will check it" ;;
    pre-push) printf '%s\n' "gt: this push was not checked: git-gt does not run" ;;
    *) printf '%s\n' "gt: git-gt does not run; the next git gt command makes up for it" ;;
    esac >&2
    return 0
}

# Sets chained: the hook NAME that was there before gitgt's, if it is to run.
find_chained() {
    [ -d "$common/gt-chained" ] || return 1
    case ${GT_CHAINED:-} in *"<$1 $common>"*) return 1 ;; esac
    folder=$common/gt-chained
    # With a core.hooksPath before ours: sets folder, perhaps relative to the worktree's top.
    [ ! -f "$folder/.folder" ] || . "$folder/.folder"
    chained=$folder/$1
    [ -f "$chained" ] && [ -x "$chained" ]
}

# chain NAME ARGS...: run it, with our stdin; a hook that calls ours again ends there.
chain() {
    find_chained "$1" || return 0
    GT_CHAINED="${GT_CHAINED:-}<$1 $common>"
    export GT_CHAINED
    shift
    "$chained" "$@"
}

# Puts the assignment's trailer below the message in file $1, if there is a message; $2 is the
# sign that begins a comment. (An empty message must stay empty: git aborts on it.)
add_bead() {
    IFS= read -r bead <"$git_dir/gt-assignment" || [ -n "$bead" ] || return 0
    text=
    open_end=
    while IFS= read -r line || { [ -n "$line" ] && open_end=yes; }; do
        case $line in
        [Bb][Ee][Aa][Dd]:*) return 0 ;;
        "$2 ------------------------ >8 "*) break ;;
        "$2"*) ;;
        *[![:space:]]*) text=yes ;;
        esac
    done <"$1"
    [ -n "$text" ] || return 0
    # A merge's message has no last line end, and git would add the trailer to its subject.
    [ -z "$open_end" ] || printf '\n' >>"$1"
    # The keys are named so that a paragraph which mixes them with prose still counts as
    # trailers; else ours would start a new one, and git would no longer see those above.
    git -c trailer.closes.key=Closes -c trailer.escalate.key=Escalate -c trailer.bead.key=Bead \
        interpret-trailers --no-divider --if-exists doNothing --in-place --trailer "Bead: $bead" "$1"
}
