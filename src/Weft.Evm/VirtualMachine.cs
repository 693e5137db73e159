using Weft.Evm.Tracing;

namespace Weft.Evm;

/// <summary>
/// Runs messages under the rules of one fork. One instance per worker thread: it owns stack and memory arenas that are
/// reused from message to message. Message calls do not recurse on the machine stack.
/// </summary>
public sealed class VirtualMachine : IDisposable
{
    public VirtualMachine(ForkRules rules) => Rules = rules;

    public ForkRules Rules { get; }

    /// <summary>
    /// Runs a message to its end. State changes are the host's; those of a failed message have been reverted.
    /// </summary>
    public MessageResult Run(
        in Message message, IHost host, BlockEnvironment block, TransactionEnvironment transaction, ITracer? tracer = null) =>
        throw new InvalidOperationException("the interpreter is on its way");

    public void Dispose() { }
}
