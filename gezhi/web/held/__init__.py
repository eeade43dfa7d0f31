"""A form that was sent after its sender's session had ended: held for that person alone, put back where it was typed.

Works without scripts. `hold` is called where the sending is refused; the middleware fills the page after the sign-in.
"""
