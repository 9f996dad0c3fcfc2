package import Memory
package import Models
package import Teams

/// The global norm of a gradient whose slices the workers own: see `TensorNorms`, with all parameters as one part.
@safe
package final class GradientNorm {
  private let norms: TensorNorms

  /// Collective.
  ///
  /// - count: the parameters; what lies after them in the exchange has no part in the norm.
  package init(_ parameters: ParameterExchange, count: Int, team: any Team, context: ModelContext) {
    norms = TensorNorms([0..<count], of: parameters, team: team, context: context)
  }

  /// The norm. Collective.
  ///
  /// - gradient: the finished gradient of the unit that starts at the given place of the slice; asked for in ascending
  ///   order.
  package func measure(_ gradient: (Int) -> BufferView<Float>) -> Double {
    norms.measure(gradient)
    return norms.norms[0]
  }
}
