"""A test double of Microsoft 365 mail flow: what the round trip meets, on loopback.

It is no Exchange Online. It models what is documented or was seen in captured mail,
and says in comments where each reply text and each field comes from: [V] official
documentation or captured mail, [C] community or vendor sources, [I] inference.
"""
