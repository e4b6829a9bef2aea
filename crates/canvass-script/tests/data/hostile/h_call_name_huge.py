import wit_world
wit_world.call('x' * 10_000_000, '{}')
