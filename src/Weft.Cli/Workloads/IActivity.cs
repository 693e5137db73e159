namespace Weft.Cli.Workloads;

/// <summary>A kind of transaction.</summary>
internal interface IActivity
{
    /// <summary>What a sender does next. Everything that it needs to succeed is in the state afterwards.</summary>
    Call Next(int sender);
}
