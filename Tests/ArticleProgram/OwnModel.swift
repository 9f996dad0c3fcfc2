import Training

/// h = leakyReLU(W_ih·x + b_ih + W_hh·h + b_hh).
enum LeakyCell: Cell {
  static let gates = 1
  static let hasMemory = false
  static let separatesStateGates = false

  static func forward(_ step: CellStep) {
    for i in 0..<step.hidden.count {
      let a = step.gates[i]
      step.hidden[i] = a > 0 ? a : 0.01 * a
    }
  }

  static func backward(_ step: CellStep, _ gradients: CellGradients) {
    for i in 0..<step.gates.count {
      step.gates[i] = gradients.hidden[i] * (step.hidden[i] > 0 ? 1 : 0.01)
    }
  }
}

func ownModel(_ job: Job) throws {
  let leaky = ModelKind(name: "leaky", cell: LeakyCell.self)
  ModelKind.register(leaky)

  var model = ModelDescription(leaky)
  model.layers = 2
  model.hidden = 32
  model.dropout.output = 0.1
  let data = try LanguageModelData(.humanNumbers, batchSize: 64, bptt: 20)
  let learn = try Learner(data, model, metrics: [.accuracy], job: job)
  try learn.fitOneCycle(1, maxLearningRate: 3e-3)
}
