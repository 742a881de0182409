"""What moderators decide: claims, challenges, appeals, documents, second looks, freezes; and taking decisions back."""
