#if MPI
  import MPI

  /// Tells of each call whether it did what it should.
  struct Checks {
    let rank: Int

    /// Reports one call.
    func check(_ call: String, _ isRight: Bool) {
      if !isRight {
        print("\(call) WRONG on rank \(rank)")
      } else if rank == 0 {
        print("\(call) right")
      }
    }
  }

  /// An element type with values that show when they were moved as another type.
  protocol Sample: MPIDatatype, Numeric, Comparable {
    static var marks: [Self] { get }
  }

  extension Float: Sample {
    static var marks: [Float] { [.pi, .leastNonzeroMagnitude, -.greatestFiniteMagnitude] }
  }

  extension Double: Sample {
    static var marks: [Double] { [1 / 3, .leastNonzeroMagnitude, -.greatestFiniteMagnitude] }
  }

  extension Int32: Sample {
    static var marks: [Int32] { [.min, .max, -16_777_217] }
  }

  extension Int64: Sample {
    static var marks: [Int64] { [.min, .max, 1 << 53 + 1] }
  }

  extension UInt8: Sample {
    static var marks: [UInt8] { [0, 255, 128] }
  }
#endif
