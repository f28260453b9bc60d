struct bare; /* expect: text */
