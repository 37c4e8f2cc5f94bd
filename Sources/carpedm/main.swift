import Commands

Carpedm.start()
