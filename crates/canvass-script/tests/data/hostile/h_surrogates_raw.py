import wit_world
wit_world.emit('\ud800')
