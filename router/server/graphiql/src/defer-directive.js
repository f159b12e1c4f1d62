const scalar = (name) => ({ kind: 'SCALAR', name, ofType: null });

// deferDirective is @defer as introspection would describe it.
export const deferDirective = {
  name: 'defer',
  description: 'Lets the router send this fragment later than what is around it.',
  isRepeatable: false,
  locations: ['FRAGMENT_SPREAD', 'INLINE_FRAGMENT'],
  args: [
    {
      name: 'if',
      description: 'Whether it may come later.',
      type: { kind: 'NON_NULL', name: null, ofType: scalar('Boolean') },
      defaultValue: 'true',
    },
    {
      name: 'label',
      description: 'A name to tell the parts of the answer apart by.',
      type: scalar('String'),
      defaultValue: null,
    },
  ],
};
