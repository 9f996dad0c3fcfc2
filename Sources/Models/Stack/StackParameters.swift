internal import Kernels

/// The tensors of a stack, in the order of files and digests.
func stackParameters(_ description: ModelDescription, vocabulary: Int) -> [ParameterDeclaration] {
  guard let cell = description.kind.cell else { preconditionFailure("a stack needs a cell") }
  let (embedding, output) = (description.embeddingWidth, description.outputWidth)
  let isAWD = description.kind.endsAtEmbedding
  var result =
    if isAWD {
      ParameterDeclaration.uniformEmbedding(
        "encoder", rows: vocabulary, columns: embedding, isShared: description.tiesWeights)
    } else if description.tiesWeights {
      ParameterDeclaration.sharedEmbedding("encoder", rows: vocabulary, columns: embedding)
    } else {
      ParameterDeclaration.embedding("encoder", rows: vocabulary, columns: embedding)
    }
  for (layer, widths) in description.layerWidths.enumerated() {
    result += ParameterDeclaration.cell(
      CellLayer.name(layer), gates: cell.gates, inputs: widths.inputs, hidden: widths.outputs)
  }
  if description.norm == .batch { result += ParameterDeclaration.batchNorm("batch_norm", channels: output) }
  if isAWD {
    if !description.tiesWeights {
      result += ParameterDeclaration.uniformWeight("decoder", inputs: output, outputs: vocabulary)
    }
    return result + ParameterDeclaration.zeroBias("decoder", count: vocabulary)
  }
  let decoder = ParameterDeclaration.linear("decoder", inputs: output, outputs: vocabulary)
  return result + (description.tiesWeights ? decoder.filter { $0.name == "decoder.bias" } : decoder)
}
