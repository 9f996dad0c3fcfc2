internal import Kernels

/// The tensors of all the notebook's models.
func notebookParameters(_ description: ModelDescription, vocabulary: Int) -> [ParameterDeclaration] {
  let hidden = description.hidden
  return ParameterDeclaration.embedding("input_to_hidden", rows: vocabulary, columns: hidden)
    + ParameterDeclaration.linear("hidden_to_hidden", inputs: hidden, outputs: hidden)
    + ParameterDeclaration.linear("hidden_to_output", inputs: hidden, outputs: vocabulary)
    + ParameterDeclaration.batchNorm("batch_norm", channels: hidden)
}

/// Operations of the hidden layer's products, forward and backward, for so many applications to a stream.
func notebookOperations(_ description: ModelDescription, applications: Int) -> Double {
  6 * Double(description.hidden * description.hidden) * Double(applications)
}

/// The hidden state (streams, hidden) under its name in files.
func notebookState(_ values: Panels) -> CarriedState { CarriedState("hidden_state", values) }
