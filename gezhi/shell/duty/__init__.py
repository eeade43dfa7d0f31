"""The actions of `gezhi duties`, a module each."""
