export default {
  model: {
    kind: { adapter: 'Adapter', full: 'Full', merged: 'Merged', starter: 'Starter' },
    from: 'from {{base}}',
  },
}
