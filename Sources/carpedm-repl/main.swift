import Commands

Carpedm.startRepl()
