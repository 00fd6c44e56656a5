output "functions" {
  description = "The functions' names."
  value       = [for function in aws_lambda_function.this : function.function_name]
}
