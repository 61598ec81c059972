"""One session ends and another goes on: what matters is kept, and the seat is not left empty.

A handoff is a note in the record of the session that made it. Whatever is killed afterwards,
the note says that this session is to end and that another is to begin; so a look at the
records is enough to go on from anywhere.
"""
