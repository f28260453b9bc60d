int orphan; /* expect: layers */ /* expect: proof */
