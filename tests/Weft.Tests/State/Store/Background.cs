namespace Weft.Tests.State.Store;

/// <summary>Work on a thread of its own, whose exception comes out where it is joined.</summary>
internal sealed class Background
{
    private readonly Thread _thread;
    private Exception? _exception;

    private Background(Action work) => _thread = new(() =>
    {
#pragma warning disable CA1031 // Kept, and thrown again by Join.
        try
        {
            work();
        }
        catch (Exception e)
        {
            _exception = e;
        }
#pragma warning restore CA1031
    }) { IsBackground = true };

    public static Background Run(Action work)
    {
        var background = new Background(work);
        background._thread.Start();
        return background;
    }

    public bool EndsWithin(int milliseconds) => _thread.Join(milliseconds);

    public void Join()
    {
        if (!_thread.Join(120_000)) throw new TimeoutException("a thread of the test hangs");
        if (_exception is not null) throw new InvalidOperationException(_exception.ToString(), _exception);
    }
}
