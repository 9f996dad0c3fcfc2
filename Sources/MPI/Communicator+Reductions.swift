#if MPI
  internal import CMPI

  extension Communicator {
    /// Combines the ranks' elements one by one and hands all ranks the result (`MPI_Allreduce`). `result` has as many
    /// elements as `elements` and is overwritten.
    public func allReduce<Element: MPIDatatype>(
      _ elements: Span<Element>, _ result: inout MutableSpan<Element>, _ operation: ReduceOperation = .sum
    ) throws(MPIError) {
      precondition(result.count == elements.count, "all-reduce of \(elements.count) elements into \(result.count)")
      let count = try MPIError.count("MPI_Allreduce", elements.count, rank: worldRank)
      let type = Element.mpiType.handle
      let code = withPointers(elements, &result) { source, target in
        collective {
          MPI_Allreduce(source, target, count, type, operation.handle, handle)
        } started: {
          MPI_Iallreduce(source, target, count, type, operation.handle, handle, $0)
        }
      }
      try MPIError.check("MPI_Allreduce", code, rank: worldRank)
    }

    /// Combines the ranks' elements one by one, each rank's own being replaced by the result (`MPI_Allreduce` in
    /// place).
    public func allReduce<Element: MPIDatatype>(
      _ elements: inout MutableSpan<Element>, _ operation: ReduceOperation = .sum
    ) throws(MPIError) {
      let count = try MPIError.count("MPI_Allreduce", elements.count, rank: worldRank)
      let type = Element.mpiType.handle
      let code = withPointer(&elements) { elements in
        collective {
          MPI_Allreduce(CMPI_IN_PLACE(), elements, count, type, operation.handle, handle)
        } started: {
          MPI_Iallreduce(CMPI_IN_PLACE(), elements, count, type, operation.handle, handle, $0)
        }
      }
      try MPIError.check("MPI_Allreduce", code, rank: worldRank)
    }

    /// The ranks' values combined (`MPI_Allreduce` of one element).
    public func allReduce<Element: MPIDatatype>(
      _ value: Element, _ operation: ReduceOperation = .sum
    ) throws(MPIError) -> Element {
      var result = value
      let type = Element.mpiType.handle
      let code = withUnsafeMutablePointer(to: &result) { result in
        collective {
          MPI_Allreduce(CMPI_IN_PLACE(), result, 1, type, operation.handle, handle)
        } started: {
          MPI_Iallreduce(CMPI_IN_PLACE(), result, 1, type, operation.handle, handle, $0)
        }
      }
      try MPIError.check("MPI_Allreduce", code, rank: worldRank)
      return result
    }

    /// Combines the ranks' elements one by one and hands rank r the r-th block of the result
    /// (`MPI_Reduce_scatter_block`). `elements` holds `size` blocks of `block.count` elements; `block` is overwritten.
    public func reduceScatter<Element: MPIDatatype>(
      _ elements: Span<Element>, _ block: inout MutableSpan<Element>, _ operation: ReduceOperation = .sum
    ) throws(MPIError) {
      precondition(
        elements.count == size * block.count,
        "reduce-scatter of \(elements.count) elements into \(size) blocks of \(block.count)")
      let count = try MPIError.count("MPI_Reduce_scatter_block", block.count, rank: worldRank)
      let type = Element.mpiType.handle
      let code = withPointers(elements, &block) { source, target in
        collective {
          MPI_Reduce_scatter_block(source, target, count, type, operation.handle, handle)
        } started: {
          MPI_Ireduce_scatter_block(source, target, count, type, operation.handle, handle, $0)
        }
      }
      try MPIError.check("MPI_Reduce_scatter_block", code, rank: worldRank)
    }
  }
#endif
