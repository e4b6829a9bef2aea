open('/pwned','w').write('x')
