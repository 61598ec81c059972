"""The launchers: whatever a session is run in, it is noted, watched and ended the same way.

``Launchers`` keeps the promises of ``Launcher``. What differs is the *surface* that a program
works on: nothing, a pseudo terminal, a pane of tmux; or a person who starts it.
"""
