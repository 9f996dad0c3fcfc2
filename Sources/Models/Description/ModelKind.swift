public import Kernels

/// A kind of model: its name on the command line and in files, its type, and what of a description it has.
///
/// A model of one's own is one file that conforms to `Model`, a cell of one's own one file that conforms to `Cell`;
/// either is one line here, or one value of a program's own that `register` takes.
public struct ModelKind: Sendable, Equatable, CustomStringConvertible {
  /// The name on the command line and in files.
  public let name: String
  /// The model's type.
  public let type: any Model.Type
  /// The cell of a stack of recurrent layers; nil for models of another build.
  public let cell: (any Cell.Type)?
  /// Whether layers, embedding, norm, tying, dropout and regularisation of a description have an effect.
  public let isStack: Bool
  /// Whether the last layer is as wide as the embedding.
  public let endsAtEmbedding: Bool
  /// Whether a norm may come before the output layer.
  public var takesNorm: Bool { !endsAtEmbedding }
  /// Whether the streams' state starts from zero at each epoch unless the configuration says otherwise.
  public let startsEpochsAfresh: Bool
  /// Fills in a description's defaults.
  let setDefaults: @Sendable (inout ModelDescription) -> Void

  /// A model of one's own.
  public init(name: String, _ type: any Model.Type) {
    self.init(name: name, type, cell: nil, isStack: false)
  }

  init(
    name: String, _ type: any Model.Type, cell: (any Cell.Type)?, isStack: Bool, endsAtEmbedding: Bool = false,
    startsEpochsAfresh: Bool = false, defaults: @escaping @Sendable (inout ModelDescription) -> Void = { _ in }
  ) {
    self.name = name
    self.type = type
    self.cell = cell
    self.isStack = isStack
    self.endsAtEmbedding = endsAtEmbedding
    self.startsEpochsAfresh = startsEpochsAfresh
    setDefaults = defaults
  }

  /// Its name.
  public var description: String { name }
  /// Whether both are of one name and type.
  public static func == (one: ModelKind, other: ModelKind) -> Bool { one.name == other.name && one.type == other.type }
}
