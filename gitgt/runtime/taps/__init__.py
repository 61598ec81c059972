"""How agents' programs and we speak: what a tap says, and how it is answered."""
