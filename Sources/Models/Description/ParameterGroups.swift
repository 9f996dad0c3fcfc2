extension ModelDescription {
  /// How many groups the parameters have, for freezing and for rates of their own. As fastai's `awd_lstm_lm_split` has
  /// it, each recurrent layer of a stack is one, and all else is the last; of other models all is one.
  public var parameterGroups: Int { kind.isStack ? layers + 1 : 1 }

  /// A tensor's group.
  package func parameterGroup(of tensor: String) -> Int {
    guard kind.isStack else { return 0 }
    return (0..<layers).first { tensor.hasPrefix("rnns.\($0).") } ?? layers
  }

  /// The groups before number `place`, which counts from the end where it is negative, as in Python; nil for a place
  /// that isn't there.
  package func frozenGroups(to place: Int) -> Int? {
    let count = parameterGroups
    // Of a single group −1 is the first.
    let index = place < 0 ? count + place : place
    return (0..<count).contains(index) ? index : nil
  }

  /// What of the arena each tensor takes, and its group.
  package func groupedTensors(_ layout: ParameterLayout) -> [(stored: Range<Int>, group: Int)] {
    layout.tensors.map { ($0.stored, parameterGroup(of: $0.name)) }
  }

  /// The names of the tensors that have a row for each token of the vocabulary.
  package func vocabularyTensors(vocabulary: Int) -> Set<String> {
    let one = layout(vocabulary: vocabulary).tensors
    let other = layout(vocabulary: vocabulary + 1).tensors
    return Set(zip(one, other).filter { $0.shape != $1.shape }.map(\.0.name))
  }
}
