internal import Memory

/// `torch.optim.SGD` with momentum and decoupled weight decay: buffer ← momentum·buffer + g; p ← p·(1 −
/// weightDecay·learningRate); p ← p − learningRate·buffer, each operation rounded to Float32.
///
/// torch's first buffer is g itself; from a buffer of zeros this comes to the same.
struct StochasticGradientDescent: Optimizer {
  static let slots = ["momentum_buffer"]

  func update(_ unit: ParameterUnit, _ step: OptimizerStep) {
    let momentum = Float(step.momentum)
    let rate = Float(step.learningRate)
    let decay = Float(1 - step.weightDecay * step.learningRate)
    let count = unit.gradient.count
    unit.gradient.withSpan { gradient in
      unit.slot(0).withMutableSpan { buffer in
        unit.parameters.withMutableSpan { parameters in
          // All three have as many elements; a check of each index would keep the loop from vectors.
          for i in 0..<count {
            let sum = unsafe momentum * buffer[unchecked: i] + gradient[unchecked: i]
            unsafe buffer[unchecked: i] = sum
            unsafe parameters[unchecked: i] = parameters[unchecked: i] * decay - rate * sum
          }
        }
      }
    }
  }
}
