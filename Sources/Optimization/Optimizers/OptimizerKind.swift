/// The optimizers there are, by name.
public struct OptimizerKind: Sendable, Equatable, CustomStringConvertible {
  /// The name on the command line and in files.
  public let name: String
  package let type: any Optimizer.Type

  /// An optimizer of one's own.
  public init(name: String, _ type: any Optimizer.Type) {
    self.name = name
    self.type = type
  }

  /// Adam with decoupled weight decay.
  public static let adam = OptimizerKind(name: "adam", Adam.self)
  /// Stochastic gradient descent with momentum and decoupled weight decay.
  public static let sgd = OptimizerKind(name: "sgd", StochasticGradientDescent.self)

  /// Those that come with the library.
  public static let all = [adam, sgd]

  /// The one of that name.
  public init?(name: String) {
    guard let kind = Self.all.first(where: { $0.name == name }) else { return nil }
    self = kind
  }

  /// Its name.
  public var description: String { name }
  /// Whether both are of one name and type.
  public static func == (one: OptimizerKind, other: OptimizerKind) -> Bool {
    one.name == other.name && one.type == other.type
  }
}
