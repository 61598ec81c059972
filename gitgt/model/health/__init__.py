"""How an agent is doing, and what would help it: pure, from what was seen of it.

``watch`` says for how long nothing was heard of somebody, ``facts`` what is known of an agent,
``findings`` what may be odd about it and what is done then, ``plan`` which of that is so.
"""
