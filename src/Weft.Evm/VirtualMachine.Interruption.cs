namespace Weft.Evm;

/// <summary>
/// Stopping a message from another thread, at no cost for those that nobody stops. Every block of code compares its
/// stack with the bottom of its frame before it runs; an interruption takes the bottoms away, so that the next block
/// seems to overflow, and the loop over frames, which looks at the flag, ends the message.
/// </summary>
public sealed unsafe partial class VirtualMachine
{
    private volatile bool _isInterrupted;

    /// <summary>Makes <see cref="Run"/> throw <see cref="ExecutionInterruptedException"/> soon. A frame that begins at
    /// this moment may not notice, so this is called again until it has thrown. Any thread.</summary>
    public void Interrupt()
    {
        _isInterrupted = true;
        // Safe: no stack pointer is ever made of a bottom; it only is compared.
        foreach (var frame in _frames)
        {
            if (frame is null) break;
            frame.StackBottom = null;
        }
    }

    /// <summary>The machine can be used again: nobody is going to interrupt what ran before.</summary>
    public void EndInterruption() => _isInterrupted = false;
}

/// <summary>Another thread has stopped the message; the state is somewhere in the middle of it.</summary>
public sealed class ExecutionInterruptedException() : Exception("execution was stopped");
