using Weft.Cli;

using var cancellation = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    // A command stops between two units of work. One that is inside a long unit is ended after a moment, or by the
    // second Ctrl-C.
    if (cancellation.IsCancellationRequested) return;
    pressed.Cancel = true;
    cancellation.Cancel();
    new Thread(EndLater) { IsBackground = true }.Start();
};
return new Application(Console.Out, Console.Error, isInteractive: !Console.IsOutputRedirected)
    .Run(args, cancellation.Token);

static void EndLater()
{
    Thread.Sleep(TimeSpan.FromSeconds(2));
    Console.Error.WriteLine("weft: stopped");
    Environment.Exit((int)ExitCode.Cancelled);
}
