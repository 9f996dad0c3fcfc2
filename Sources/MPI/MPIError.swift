#if MPI
  internal import CMPI

  /// What an MPI call reported instead of succeeding, or why it could not be made.
  ///
  /// After one of these the ranks no longer agree on where they are: print it, then `World.abort(code:)`. Never
  /// finalize.
  public struct MPIError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The C function, such as `MPI_Allreduce`.
    public let operation: String
    /// The kind of failure.
    public let errorClass: ErrorClass
    /// The library's own words, on one line.
    public let text: String
    /// The rank in the world that met the error; nil before the library knows it.
    public let rank: Int?

    /// `MPI_Bcast failed on rank 2: MPI_ERR_ROOT: invalid root`, one line.
    public var description: String {
      let place = rank.map { " on rank \($0)" } ?? ""
      let kind = text.hasPrefix(errorClass.rawValue) ? "" : "\(errorClass.rawValue): "
      return "\(operation) failed\(place): \(kind)\(text)"
    }

    /// Error classes by their standard names, whose numbers differ between libraries.
    public enum ErrorClass: String, Sendable, CaseIterable {
      case buffer = "MPI_ERR_BUFFER"
      case count = "MPI_ERR_COUNT"
      case type = "MPI_ERR_TYPE"
      case communicator = "MPI_ERR_COMM"
      case rank = "MPI_ERR_RANK"
      case root = "MPI_ERR_ROOT"
      case group = "MPI_ERR_GROUP"
      case operation = "MPI_ERR_OP"
      case argument = "MPI_ERR_ARG"
      case truncate = "MPI_ERR_TRUNCATE"
      case noMemory = "MPI_ERR_NO_MEM"
      case size = "MPI_ERR_SIZE"
      case window = "MPI_ERR_WIN"
      case `internal` = "MPI_ERR_INTERN"
      /// Whatever else the library reports.
      case other = "MPI_ERR_OTHER"
      /// The launcher and the library don't belong together; found here, not by the library.
      case launcher = "launcher mismatch"

      /// The class with the library's number `code`.
      init(code: Int32) {
        switch code {
        case CMPI_ERR_BUFFER(): self = .buffer
        case CMPI_ERR_COUNT(): self = .count
        case CMPI_ERR_TYPE(): self = .type
        case CMPI_ERR_COMM(): self = .communicator
        case CMPI_ERR_RANK(): self = .rank
        case CMPI_ERR_ROOT(): self = .root
        case CMPI_ERR_GROUP(): self = .group
        case CMPI_ERR_OP(): self = .operation
        case CMPI_ERR_ARG(): self = .argument
        case CMPI_ERR_TRUNCATE(): self = .truncate
        case CMPI_ERR_NO_MEM(): self = .noMemory
        case CMPI_ERR_SIZE(): self = .size
        case CMPI_ERR_WIN(): self = .window
        case CMPI_ERR_INTERN(): self = .internal
        default: self = .other
        }
      }
    }
  }

  extension MPIError {
    /// Turns the return code of `operation` into a thrown error unless it says success: the one place that does.
    @inline(__always)
    static func check(_ operation: StaticString, _ code: Int32, rank: Int?) throws(MPIError) {
      guard code == CMPI_SUCCESS() else { throw MPIError(operation: "\(operation)", code: code, rank: rank) }
    }

    /// `count` as MPI takes it: a C int.
    @inline(__always)
    static func count(_ operation: StaticString, _ count: Int, rank: Int?) throws(MPIError) -> Int32 {
      guard let short = Int32(exactly: count) else {
        throw MPIError(
          operation: "\(operation)", errorClass: .count,
          text: "\(count) elements, but one call moves at most \(Int32.max)", rank: rank)
      }
      return short
    }

    private init(operation: String, code: Int32, rank: Int?) {
      var number: Int32 = 0
      MPI_Error_class(code, &number)
      self.init(
        operation: operation, errorClass: ErrorClass(code: number), text: Self.text(of: code), rank: rank)
    }

    /// The library's words for `code`. MPICH sends a call stack, one frame a line; it becomes one line.
    private static func text(of code: Int32) -> String {
      let text = libraryString(capacity: CMPI_MAX_ERROR_STRING()) { MPI_Error_string(code, $0, &$1) }
      return text.split(whereSeparator: { $0.isNewline }).joined(separator: "; ")
    }
  }

  /// The text that `call` writes into a buffer of `capacity` bytes, with its length; empty when the call fails.
  func libraryString(capacity: Int32, _ call: (UnsafeMutablePointer<CChar>, inout Int32) -> Int32) -> String {
    var length: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: Int(capacity) + 1) { buffer, count in
      guard let start = buffer.baseAddress else { return }
      let code = start.withMemoryRebound(to: CChar.self, capacity: buffer.count) { call($0, &length) }
      count = code == CMPI_SUCCESS() ? Int(length) : 0
    }
    return String(decoding: bytes, as: UTF8.self)
  }
#endif
