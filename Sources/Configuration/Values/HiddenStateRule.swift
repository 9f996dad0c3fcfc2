/// Whether the hidden state is carried on between epochs and validations, or starts at zero there.
public enum HiddenStateRule: String, Sendable, CaseIterable {
  /// Never reset: the notebook's way.
  case carry
  /// Zero at the start of each epoch; validation goes on from training's last state.
  case epoch
  /// Zero at the start of each epoch and each validation.
  case reset
}

extension HiddenStateRule: TextualOptionValue {}
