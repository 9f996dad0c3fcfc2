internal import Configuration
internal import Files
internal import Models

extension ModelDescription {
  /// What a file of weights says: its own description, or the model's name and the tensors' shapes; nil for a file
  /// without a name.
  init?(of file: SafetensorsHeader) {
    if let text = file.metadata["description"] {
      guard let json = try? JSONValue(parsing: Array(text.utf8)) else { return nil }
      self.init(json: json)
      return
    }
    guard let kind = ModelKind.all.first(where: { $0.name == file.metadata["model"] }) else { return nil }
    self.init(kind)
    func columns(_ name: String) -> Int? {
      guard let shape = file.tensors.first(where: { $0.name == name })?.shape, shape.count == 2 else { return nil }
      return shape[1]
    }
    guard kind.isStack else {
      hidden = columns("input_to_hidden.weight") ?? hidden
      return
    }
    let names = Set(file.tensors.map(\.name))
    layers = (0...).prefix { names.contains("rnns.\($0).weight_hh_l0") }.count
    guard layers > 0 else { return nil }
    embedding = columns("encoder.weight")
    hidden = columns("rnns.0.weight_hh_l0") ?? hidden
    norm = names.contains("batch_norm.weight") ? .batch : .none
    tiesWeights = !names.contains("decoder.weight")
  }
}
