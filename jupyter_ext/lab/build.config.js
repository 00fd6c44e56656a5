// Names, not numbers: numbers depend on the order in which modules are met, and a rebuild shall give the same bytes.
module.exports = { optimization: { moduleIds: 'named', chunkIds: 'named' } };
