import Models

extension ModelDescription {
  /// A kind of model so small that tests of many are quick: two layers at most, an embedding of another width.
  static func small(_ kind: ModelKind, hidden: Int) -> ModelDescription {
    var description = ModelDescription(kind)
    description.hidden = hidden
    guard kind.isStack else { return description }
    description.layers = min(description.layers, 2)
    if !kind.endsAtEmbedding || description.embedding != nil { description.embedding = hidden * 3 / 4 + 1 }
    return description
  }
}
