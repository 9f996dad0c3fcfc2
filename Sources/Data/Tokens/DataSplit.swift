/// One of the two texts of a run.
public enum DataSplit: String, CaseIterable, Sendable {
  /// What is trained on.
  case train
  /// What is validated on.
  case valid
}
