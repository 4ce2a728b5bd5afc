-- without the client's part: reading arrays of text from the wire costs them more than JSON costs us
SELECT orm.create('Usuario', document, '{"return": false}') FROM bulk;
