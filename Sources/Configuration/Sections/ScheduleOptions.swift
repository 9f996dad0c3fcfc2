internal import Files

/// How long to train, how fast, and how the weights are updated.
package struct ScheduleOptions: OptionSection {
  package static let title = "Schedule and optimizer"

  package let epochs = OptionDeclaration(
    "epochs", .at(\.epochs), "Epochs of the fit.", value: "n", subject: "number of epochs", in: .from(1, to: 1_000_000),
    role: .computed(.schedule))

  package let schedule = OptionDeclaration(
    "schedule", .at(\.scheduleKind), "How rate and momentum go with the steps.", value: "schedule",
    role: .computed(.schedule)
  ).with { $0.leavesOutDefault = true }

  package let learningRate = OptionDeclaration(
    "lr", .at(\.learningRateChoice),
    "Maximum of the schedule; auto takes the LR finder's suggestion. Two numbers are the maximum of the first group of parameters and of the last, between which those of the others rise geometrically.",
    value: "x|x,x|auto",
    subject: "learning rate", in: .positiveIfFixed, role: .computed(.schedule))

  package let freezeTo = OptionDeclaration(
    "freeze-to", .at(\.freezeTo),
    "Leave the groups of parameters before number n as they are: each recurrent layer is a group, and embedding, norm and output layer are the last, number -1.",
    value: "n", subject: "group", role: .computed(.schedule)
  ).with { $0.leavesOutDefault = true }

  package let pctStart = OptionDeclaration(
    "pct-start", .at(\.pctStart), "Share of the steps in which the rate rises; of flat-cosine, in which it stays.",
    value: "x", subject: "share", in: .share, default: "0.3; 0.75 for flat-cosine, 0 for constant",
    role: .computed(.schedule))

  package let divFactor = OptionDeclaration(
    "div-factor", .at(\.divFactor), "The maximum rate over the first one, where it rises.", value: "x",
    subject: "factor",
    in: .positive,
    role: .computed(.schedule))

  package let momenta = OptionDeclaration(
    "moms", .at(\.momentumRange), "Momentum at the ends and in the middle.", value: "a,b", subject: "momentum",
    in: .momenta, default: "0.95,0.85; 0.9,0.9 for the other schedules", role: .computed(.schedule))

  package let optimizer = OptionDeclaration("optimizer", .at(\.optimizer), "How the weights are updated.")

  package let weightDecay = OptionDeclaration(
    "weight-decay", .at(\.weightDecay), "Decoupled weight decay.", value: "x", subject: "weight decay", in: .notNegative
  )

  package let clip = OptionDeclaration(
    "clip", .at(\.clip), "Scale the gradient down to this global norm.", value: "x", subject: "norm", in: .positive)

  package let findsLearningRate = OptionDeclaration(
    "lr-find", .at(\.findsLearningRate), "Skip the LR finder, which otherwise runs first and leaves no trace.",
    role: .computed(.start)
  ).with { $0.spelling = .off }

  package let steps = OptionDeclaration(
    "steps", .at(\.stepLimit), "Stop after so many steps; the schedule stays that of the whole run.", value: "n",
    subject: "number of steps", in: .from(1), role: .computed(.launch))

  package let nonFinite = OptionDeclaration<NonFiniteRule>(
    "on-non-finite", initial: .stop, "What to do about a step whose loss or gradient is not finite.", value: "rule",
    role: .common)

  package init() {}
}

extension ValueBounds<LearningRateChoice> {
  /// Above 0 and finite, where it isn't the LR finder's to say.
  fileprivate static var positiveIfFixed: Self {
    Self { choice, subject in
      let rates: [Double] =
        switch choice {
        case .fixed(let rate): [rate]
        case .slice(let lowest, let highest): [lowest, highest]
        case .automatic: []
        }
      if let found = rates.lazy.compactMap({ ValueBounds<Double>.positive.violation($0, subject) }).first {
        return Violation(found.problem, found.remedy)
      }
      guard rates.count == 2, rates[0] > rates[1] else { return nil }
      return Violation(
        "\(subject)s \(choice.text) don't rise from the first group to the last", "give the lower one first")
    }
  }
}
