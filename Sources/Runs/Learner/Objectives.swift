internal import Models

/// What a fit makes small. Each model predicts either every token's successor or the last one's, and takes the loss
/// that goes with it.
public enum LossFunction: String, Sendable, CaseIterable {
  /// Cross-entropy over all targets, in nats: that of model2 and model3.
  case crossEntropy
  /// Cross-entropy over each stream's last target, in nats: the notebook's `loss4`, that of model0 and model1.
  case loss4

  /// The one that fits the model.
  init(_ model: ModelKind) { self = model.type.predictsEveryToken ? .crossEntropy : .loss4 }
}
