#if MPI
  internal import CMPI

  /// An element type that MPI can move and reduce.
  public protocol MPIDatatype: BitwiseCopyable, Sendable {
    /// MPI's name for the type.
    static var mpiType: MPIElementType { get }
  }

  /// MPI's names for element types.
  public enum MPIElementType: Sendable {
    /// `MPI_FLOAT`.
    case float
    /// `MPI_DOUBLE`.
    case double
    /// `MPI_INT32_T`.
    case int32
    /// `MPI_INT64_T`.
    case int64
    /// `MPI_UINT8_T`, which unlike `MPI_BYTE` can be reduced.
    case uint8

    var handle: MPI_Datatype {
      switch self {
      case .float: CMPI_FLOAT()
      case .double: CMPI_DOUBLE()
      case .int32: CMPI_INT32_T()
      case .int64: CMPI_INT64_T()
      case .uint8: CMPI_UINT8_T()
      }
    }
  }

  extension Float: MPIDatatype {
    /// `MPI_FLOAT`.
    public static var mpiType: MPIElementType { .float }
  }

  extension Double: MPIDatatype {
    /// `MPI_DOUBLE`.
    public static var mpiType: MPIElementType { .double }
  }

  extension Int32: MPIDatatype {
    /// `MPI_INT32_T`.
    public static var mpiType: MPIElementType { .int32 }
  }

  extension Int64: MPIDatatype {
    /// `MPI_INT64_T`.
    public static var mpiType: MPIElementType { .int64 }
  }

  extension UInt8: MPIDatatype {
    /// `MPI_UINT8_T`.
    public static var mpiType: MPIElementType { .uint8 }
  }

  /// How a reduction combines the ranks' elements.
  ///
  /// The library chooses the order of a sum, and it depends on the number of ranks: floating-point sums that must have
  /// the same bits on any number of ranks go by the canonical tree instead.
  public enum ReduceOperation: Sendable {
    /// `MPI_SUM`; integers wrap.
    case sum
    /// `MPI_MIN`.
    case min
    /// `MPI_MAX`.
    case max

    var handle: MPI_Op {
      switch self {
      case .sum: CMPI_SUM()
      case .min: CMPI_MIN()
      case .max: CMPI_MAX()
      }
    }
  }
#endif
