import wit_world
wit_world.log(999, 'x')
